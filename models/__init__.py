"""What an economist estimates: specification and labelled result, one family a file."""
