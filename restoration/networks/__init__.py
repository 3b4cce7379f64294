"""The networks, one file each: pure ``nn.Module``s, N×C×H×W, with shapes and value ranges in their docstrings."""
