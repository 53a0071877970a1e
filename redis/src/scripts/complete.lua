-- Completes a request, and learns what its response says about limits.
-- Returns JSON: the use of the bucket; nothing if the server has lost the requests of the client.
local latest = tonumber(redis.call('ZSCORE', sent, args.request))
local granted_at = latest and latest - args.transit or now
if latest and now < latest then
  redis.call('ZADD', sent, text(now), args.request)
end
for _, limit in ipairs(args.limits) do
  redis.call('HSET', limits, limit[2], limit[1])
end
local list = windows()

-- Whether the requests of the clients explain an allowance: a window has as few requests left until its end. Then it says nothing new, and
-- the window is more precise, because the header has whole seconds. Else, others use the limit, too. The service has counted the request
-- since it was granted, so the window has all requests that the service may have counted with it.
local function is_known(requests, reset)
  for _, window in ipairs(list) do
    local length = window[2] * 1000000
    local used = redis.call('ZCOUNT', sent, '(' .. text(granted_at - length), '+inf')
    local oldest = redis.call('ZRANGEBYSCORE', sent, '(' .. text(now - length), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    local ends = oldest[2] and oldest[2] + length
    if window[1] - used <= requests and ends and ends >= granted_at + reset - 1000000 then
      return true
    end
  end
  return false
end

local allowance = args.allowance
if allowance then
  local requests, reset = allowance.requests, allowance.reset
  if allowance.is_rejection or not is_known(requests, reset) then
    -- The service had not counted the requests that are still in flight.
    local in_flight = redis.call('ZCOUNT', sent, '(' .. text(now), '+inf')
    requests = math.max(0, requests - in_flight)
    local ends = now + reset
    -- Responses can arrive out of order. Of two for the same time, the one that allows less is newer.
    if now < number('until') then
      requests = math.min(requests, number('remaining'))
      ends = math.max(ends, number('until'))
    end
    redis.call('HSET', bucket, 'remaining', requests, 'until', text(ends))
  end
end
local reply = false
if args.generation and args.generation == redis.call('HGET', bucket, 'generation') then
  touch_client()
  reply = cjson.encode(with_usage({}, list))
end
clean(list)
return reply
