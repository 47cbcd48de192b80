"""Teachers: larger or several networks whose scores a small one learns."""
