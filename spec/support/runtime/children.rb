# frozen_string_literal: true

# Forked children of an example.
module Children
  # Seconds after which a child counts as hanging.
  PATIENCE = 60

  # Runs the block in a child, which closes its copies of the endpoint's sockets first and always exits.
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
