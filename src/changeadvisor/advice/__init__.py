"""From a programme to reasoned advice. Start reading at `advise`."""
