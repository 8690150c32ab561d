"""Fine-tuning: encode and pack examples, attach an adapter, train, save."""
