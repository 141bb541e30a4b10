// Gives a precompiled header the target it belongs to.
