-- Returns a token and its remaining lifetime in milliseconds.
-- KEYS: the token.
local token = redis.call('GET', KEYS[1])
return token and {token, redis.call('PTTL', KEYS[1])}
