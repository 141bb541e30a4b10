-- I-27 Every sale, completed transfer and bike has its audit row
SELECT id FROM (SELECT id, 'sale' e FROM sales UNION ALL SELECT id, 'transfer' FROM transfers
  WHERE status='COMPLETED' UNION ALL SELECT id, 'bicycle' FROM bicycles) x WHERE NOT EXISTS (SELECT 1
  FROM audit_log a WHERE a.entity_type=x.e AND a.entity_id=x.id);
