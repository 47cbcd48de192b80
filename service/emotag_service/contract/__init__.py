"""What the messages of emotag.v1 mean to the engine, whatever carries them."""
