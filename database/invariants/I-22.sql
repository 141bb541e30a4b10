-- I-22 Active rules do not overlap; shares ≤ 100
SELECT a.id FROM commission_rules a LEFT JOIN commission_rules b ON b.company_id=a.company_id AND b.id<>a.id
  AND b.is_active AND a.is_active
  AND daterange(a.effective_from,a.effective_to,'[]') && daterange(b.effective_from,b.effective_to,'[]')
  WHERE b.id IS NOT NULL OR a.buyer_share+a.seller_share+a.garage_share+a.officer_share>100;
