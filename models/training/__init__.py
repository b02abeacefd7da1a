"""Fine-tuning: recipes, plans, runs, and what becomes of an adapter."""
