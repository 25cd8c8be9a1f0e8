"""Law and rights: blocking rights questions, opened by one side alone and closed by both."""
