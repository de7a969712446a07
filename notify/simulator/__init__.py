"""A local stand-in for the SMS providers: Twilio's Programmable Messaging API, and that of 46elks, as a process of
its own.

Run it with ``python -m notify.simulator --port 8099`` and point the official ``twilio`` client's
``client.api.base_url`` at the address it prints. It imports nothing from the rest of this project, so that
what it counts, signs and refuses is a second opinion on the product, not an echo of it.
"""
