"""The catalogue: YAML files below ``checks/`` become Component and Check values, strictly. Data only, never code."""
