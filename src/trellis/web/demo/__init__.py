"""The demonstration programme: invented parties and eighteen months of history, made by calling the services."""
