"""What the agent asks about the IDE."""
