-- Stores a token, for the holder of the newest lock; without a lock, if nobody holds one.
-- KEYS: the token, the lock, the number of the newest lock. ARGV: the token, its lifetime in milliseconds, the number of the lock or ''.
local may_put
if ARGV[3] == '' then
  may_put = redis.call('EXISTS', KEYS[2]) == 0
else
  may_put = redis.call('GET', KEYS[3]) == ARGV[3]
end
if may_put then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return may_put and 1 or 0
