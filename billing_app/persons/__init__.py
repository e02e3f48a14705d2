"""What we hold about a person: all of it handed out as JSON, or made nobody's, with the books left whole."""
