-- The state of a bucket, which all scripts of rate limits share. All times are microseconds of the clock of the server.
--
-- KEYS: `sent` has the requests that were granted, by the time at which the service has counted them; `waiting` has those that wait, by their
-- place, and `slots` the time at which each expects its slot; `clients` has the active clients, by their last claim; `limits` has the limits
-- of responses, by the length of the window in seconds; `bucket` has the rest.
local sent, waiting, slots, clients, limits, bucket = unpack(KEYS)
local args = cjson.decode(ARGV[1])

-- Returns a time as a string, without an exponent.
local function text(time)
  return string.format('%.0f', time)
end

local function number(field)
  return tonumber(redis.call('HGET', bucket, field) or 0)
end

-- A clock that has gone back, such as that of a replica which has taken over, leaves times of the future, which would stop all clients until
-- it reaches them. So the state is lost, and the clients restore their requests, whose ages do not depend on this clock.
local last = number('last')
if last > now + args.transit then
  redis.call('DEL', unpack(KEYS))
  last = 0
end

-- Clients that wait send a command more often than that. So nobody waited, or nobody has reached the server.
if last > 0 and now - last > args.silence then
  redis.call('HSET', bucket, 'silent_until', text(now))
end
redis.call('HSET', bucket, 'last', text(now))

-- Returns the limits as lists of requests and seconds: those of responses replace the documented ones of the same length.
local function windows()
  local by_length = {}
  for _, window in ipairs(args.windows) do
    by_length[window[2]] = window[1]
  end
  local learned = redis.call('HGETALL', limits)
  for index = 1, #learned, 2 do
    by_length[tonumber(learned[index])] = tonumber(learned[index + 1])
  end
  local list = {}
  for seconds, requests in pairs(by_length) do
    if requests > 0 then
      list[#list + 1] = {requests, seconds}
    end
  end
  return list
end

-- Returns the time at which the newest request but `rank` others counts, with the time; nothing if there are fewer.
local function nth_newest(rank)
  return tonumber(redis.call('ZREVRANGE', sent, rank, rank, 'WITHSCORES')[2])
end

-- Returns the id of this state, which is another one after the server has lost its data.
local function generation()
  local known = redis.call('HGET', bucket, 'generation')
  if not known then
    known = text(now)
    redis.call('HSET', bucket, 'generation', known)
  end
  return known
end

-- Takes back the grant of the request, if it has one, because the request was not sent. A request in flight has reduced the allowance: with
-- its grant, or when a response has reported the allowance since then. An older request may not have, so it gives nothing back.
local function take_back()
  local latest = tonumber(redis.call('ZSCORE', sent, args.request))
  redis.call('ZREM', sent, args.request)
  if latest and latest > now and now < number('until') then
    redis.call('HINCRBY', bucket, 'remaining', 1)
  end
end

-- Records that the client of the operation is active.
local function touch_client()
  redis.call('ZADD', clients, text(now), args.client)
  redis.call('ZREMRANGEBYSCORE', clients, '-inf', text(now - args.client_lifetime))
end

-- Adds the use of the bucket to a reply: the number of clients, the rank of this client, and for each window its requests, its seconds, and
-- the requests that it counts now.
local function with_usage(reply, list)
  reply.clients = redis.call('ZCARD', clients)
  reply.rank = redis.call('ZRANK', clients, args.client)
  local used = {}
  for index, window in ipairs(list) do
    local count = redis.call('ZCOUNT', sent, '(' .. text(now - window[2] * 1000000), '+inf')
    used[index] = {window[1], window[2], count}
  end
  -- JSON has no difference between an empty list and an empty object.
  reply.windows = #used > 0 and used or nil
  return reply
end

-- Removes what no window counts, and lets the rest expire when no window counts it any more.
local function clean(list)
  local most, longest = 0, 0
  for _, window in ipairs(list) do
    most, longest = math.max(most, window[1]), math.max(longest, window[2])
  end
  redis.call('ZREMRANGEBYRANK', sent, 0, -most - 1)
  local rest = math.max(longest, (number('until') - now) / 1000000) + 60
  for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, text(rest * 1000))
  end
end
