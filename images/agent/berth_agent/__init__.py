"""The agent in every workspace: readiness, activity, identity, metrics and a stop that saves first."""
