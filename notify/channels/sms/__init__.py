"""Words to phones, by Twilio, with 46elks to stand in for it.

text: what an SMS holds and costs. compose: what it says. channel: carries it, by the handful.
carrier: which provider takes it, and when: pace and bucket share out the rate, breaker says who is
down. provider: what all providers are; twilio, elks: each of them. leaving: how a request leaves.
errors and statuses: their codes in our words. entrance, webhooks, elks_webhooks: what they tell us.
background: the event loop that the calls are made in.
"""
