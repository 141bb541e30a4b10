-- I-16 Sale arithmetic
SELECT id FROM sales WHERE cash_amount+bank_amount+down_payment+financed_amount+trade_in_value<>selling_price
  OR profit<>selling_price-total_cost OR margin_pct<>round(profit/selling_price*100,2) OR (import_row_id IS NULL
  AND (sold_by IS NULL OR customer_name IS NULL));
