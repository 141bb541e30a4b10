-- I-18 Voiding is approved by two persons after 24 h
SELECT id FROM sales WHERE (status='VOIDED')<>(voided_at IS NOT NULL) OR void_second_approver=void_requested_by
  OR (status='VOIDED' AND void_second_approver IS NULL AND void_requested_at>recorded_at+interval '24 hours');
