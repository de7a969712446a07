"""What editors fill in. A form checks what was typed; what it means is the alerts' own business."""
