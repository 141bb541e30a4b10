-- I-13 Nobody approved his own transfer except a marked admin; cost breakdown adds up
SELECT id FROM transfers WHERE (approved_by=requested_by AND NOT self_approved) OR from_branch_id=to_branch_id
  OR (cost_breakdown IS NOT NULL AND transfer_cost<>(SELECT coalesce(sum(value::numeric),0)
  FROM jsonb_each_text(cost_breakdown)));
