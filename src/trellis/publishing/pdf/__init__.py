"""Papers for print: the review pack and the invitation, set by typst."""
