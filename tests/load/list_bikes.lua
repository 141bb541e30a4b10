-- wrk -t2 -c64 -d10s -s tests/load/list_bikes.lua http://127.0.0.1:8000
-- Reads bike lists as the signed-in user of the environment variable TOKEN; start the gateway with RATE_LIMIT_ENABLED=false.
-- Counts answers by status, so that refusals are not mistaken for speed.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init()
  statuses = {}
  wrk.headers["Authorization"] = "Bearer " .. (os.getenv("TOKEN") or "")
  wrk.path = "/v1/bikes?limit=10"
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done()
  local sums = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses")) do
      sums[status] = (sums[status] or 0) + count
    end
  end
  for status, count in pairs(sums) do
    print(string.format("status %d: %d", status, count))
  end
end
