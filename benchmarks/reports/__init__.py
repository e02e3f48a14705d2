"""What reports cost: the sums of costs at two sizes, intake beside a plain COPY, what the roll-up adds to a call."""
