-- Adds requests that a client has sent, and that the server may not know. One of age 0 may still be on its way to the service.
-- After the server has lost its data, and after no client has reached it, no slot is granted until all active clients have had the time to
-- restore their requests.
for _, request in ipairs(args.sent) do
  local counted_at = request[2] == 0 and now + args.transit or now - request[2]
  redis.call('ZADD', sent, 'NX', text(counted_at), request[1])
end
local opens = math.max(tonumber(generation()), number('silent_until')) + args.restore_time
if #args.sent > 0 and opens > number('opens') then
  redis.call('HSET', bucket, 'opens', text(opens))
end
clean(windows())
return 0
