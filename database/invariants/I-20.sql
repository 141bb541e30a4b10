-- I-20 Payee, approval and payment are consistent
SELECT id FROM commissions WHERE (kind='SALES_OFFICER')<>(payee_user_id IS NOT NULL)
  OR approved_by=payee_user_id OR paid_by=payee_user_id OR (status='PAID')<>(paid_at IS NOT NULL)
  OR (status='PAID' AND payment_reference IS NULL) OR (status='APPROVED' AND reverses_id IS NULL
  AND approved_by IS NULL);
