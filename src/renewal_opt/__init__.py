"""renewal_opt: picks a city's annual urban-renewal plan as a proven, exactly re-checked portfolio."""

__version__ = "0.1.0"
