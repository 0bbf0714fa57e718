# frozen_string_literal: true

# Forked children of an example.
module Children
  # Seconds after which a child is taken for one that hangs.
  PATIENCE = 60

  # Runs the block in a child, which lets go of the example's endpoint first and ends after it, whatever happens.
  def fork_child
    fork do
      endpoint.forget
      yield
      exit!(0)
    rescue Exception => e # rubocop:disable Lint/RescueException -- the child must end here, whatever happens
      warn e.full_message
      exit!(1)
    end
  end

  def expect_success_of(*children)
    expect(children.map { |child| status_of(child) }).to all(be_success)
  end

  def status_of(child)
    waiting = Process.detach(child)
    return waiting.value if waiting.join(PATIENCE)

    Process.kill(:KILL, child)
    raise "a child hangs"
  end
end
