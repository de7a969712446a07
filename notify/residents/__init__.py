"""Who wants to know: subscribers, what they asked for, and their consent."""
