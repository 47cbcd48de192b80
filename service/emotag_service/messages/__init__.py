"""What messages look like on any road: their shapes, the text in them, and a tag as it is written into them."""
