"""What each part of the words is worth: unknown tokens and macro-F1 with that part switched off."""
