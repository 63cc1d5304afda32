"""A second computation of PCS and ECS: InfraRisk's own code, run once, and its answers as a table."""
