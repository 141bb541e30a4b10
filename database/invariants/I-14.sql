-- I-14 Allocation fields fit the status
SELECT id FROM bicycles WHERE (status='ALLOCATED')<>(allocation_kind IS NOT NULL)
  OR (reserved_for IS NOT NULL)<>(allocation_kind IS NOT DISTINCT FROM 'CUSTOMER');
