-- Acquires the lock of a token, and returns its number, the fencing token; 0 if another client holds the lock.
-- KEYS: the lock, the number of the newest lock. ARGV: the holder, the lifetimes of the lock and of the number in milliseconds.
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  -- The holder repeats the command if the connection breaks.
  return redis.call('GET', KEYS[1]) == ARGV[1] and tonumber(redis.call('GET', KEYS[2])) or 0
end
local number = redis.call('INCR', KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return number
