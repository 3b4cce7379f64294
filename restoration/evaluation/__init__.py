"""How good it is: metrics, baselines, reports. Needs the extra ``evaluate``."""
