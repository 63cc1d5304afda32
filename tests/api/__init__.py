"""What `import stadtwerk` offers to programs."""
