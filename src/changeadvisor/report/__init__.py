"""What people read: views made from advice, and templates that show them."""
