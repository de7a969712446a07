"""Reading CAP 1.2 as strangers write it: nothing is fetched, nothing is expanded, every fault is named."""
