-- Claims a slot for a request, or repeats its claim.
-- Returns JSON: the generation; whether the claim is granted, else its delay, and the use of the bucket, unless the server has lost the
-- requests of the client.
touch_client()
local list = windows()
local current = generation()
if args.generation and args.generation ~= current then
  clean(list)
  return cjson.encode({generation = current})
end

-- A client that repeats a granted claim has not received the reply, so it has not sent the request.
take_back()
if not redis.call('ZSCORE', waiting, args.request) then
  redis.call('ZADD', waiting, redis.call('HINCRBY', bucket, 'places', 1), args.request)
end

-- The slots of the requests before this one. Each of them uses its slot now or later, unless its holder has disappeared.
local ahead = {}
for _, other in ipairs(redis.call('ZRANGE', waiting, 0, -1)) do
  if other == args.request then
    break
  end
  local slot = tonumber(redis.call('HGET', slots, other)) or 0
  if slot + args.transit < now then
    redis.call('ZREM', waiting, other)
    redis.call('HDEL', slots, other)
  else
    ahead[#ahead + 1] = math.max(slot, now)
  end
end
table.sort(ahead, function(one, other) return one > other end)

-- The earliest slot: each window must have lost the request that is as many places before this one as it allows. A request in flight counts
-- now at the earliest, so it delays this one by a complete window.
local slot = math.max(now, number('opens'))
for _, window in ipairs(list) do
  local requests, length = window[1], window[2] * 1000000
  local leaving = ahead[requests]
  if not leaving then
    local time = nth_newest(requests - #ahead - 1)
    leaving = time and math.min(time, now)
  end
  if leaving then
    slot = math.max(slot, leaving + length)
  end
end
local remaining, reset = number('remaining'), number('until')
if now < reset and #ahead >= remaining then
  slot = math.max(slot, reset)
end

local granted = slot <= now
if granted then
  redis.call('ZREM', waiting, args.request)
  redis.call('HDEL', slots, args.request)
  redis.call('ZADD', sent, text(now + args.transit), args.request)
  if now < reset then
    redis.call('HINCRBY', bucket, 'remaining', -1)
  end
else
  redis.call('HSET', slots, args.request, text(slot))
end

clean(list)
return cjson.encode(with_usage({generation = current, granted = granted, delay = slot - now}, list))
