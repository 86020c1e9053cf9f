"""What families of stacked layers share: axes, arrays, the engine on the reference, observation."""
