"""Words to phones, by Twilio.

text: what an SMS holds and costs. compose: what it says. channel: carries it. twilio: the only
import of the provider's package. errors and statuses: their codes in our words. webhooks: what
they tell us. background: the event loop that the calls are made in.
"""
