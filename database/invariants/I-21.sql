-- I-21 Voided sales have no due commissions; every paid one is countered
SELECT c.id FROM commissions c JOIN sales s ON s.id=c.sale_id LEFT JOIN commissions r ON r.reverses_id=c.id
  WHERE c.reverses_id IS NULL AND CASE WHEN s.status='VOIDED' THEN c.status IN ('PENDING','APPROVED')
  OR (c.status='PAID')<>(r.id IS NOT NULL) OR r.amount<>-c.amount ELSE c.status='REVERSED' OR r.id IS NOT NULL END;
