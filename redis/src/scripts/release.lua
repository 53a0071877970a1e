-- Releases the claim of a request that is not sent.
redis.call('ZREM', waiting, args.request)
redis.call('HDEL', slots, args.request)
take_back()
clean(windows())
return 0
