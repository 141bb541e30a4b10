-- wrk -t2 -c16 -d10s -s tests/load/procure.lua http://127.0.0.1:8000
-- Procures bikes without plates into the branch BRANCH (a code or id) as the user of TOKEN, each with its own Idempotency-Key.
local counter = 0
local thread_number = 0

function setup(thread)
  thread:set("id", thread_number)
  thread_number = thread_number + 1
end

function init()
  math.randomseed(os.time() + id)
  run = string.format("%08x%d", math.random(0, 2147483647), id)
  branch = os.getenv("BRANCH") or "WW"
  token = os.getenv("TOKEN") or ""
end

function request()
  counter = counter + 1
  local headers = {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = string.format("wrk-%s-%d", run, counter),
  }
  local body = string.format(
    '{"branch_id":"%s","brand":"Honda","model":"CB 125F","year":2020,"purchase_price":"190000.00"}', branch)
  return wrk.format("POST", "/v1/bikes/procure", headers, body)
end
