# frozen_string_literal: true

# A copy of lib with additional native methods that panic.
PANICKING_GEM = "tmp/panicking"

namespace :panics do
  task compile: :compile do
    rm_rf PANICKING_GEM
    mkdir_p "#{PANICKING_GEM}/build"
    cp_r "lib", PANICKING_GEM
    cd "#{PANICKING_GEM}/build" do
      ruby "../../../ext/pusher/extconf.rb", out: File::NULL
      sh({ "RB_SYS_EXTRA_CARGO_ARGS" => "--locked --quiet --features panicking-natives" }, "make", "pusher.so")
    end
    cp "#{PANICKING_GEM}/build/pusher.so", "#{PANICKING_GEM}/lib/pusher"
  end
end

desc "Fail if a panic in the native part is not raised as an exception"
task panics: "panics:compile" do
  sh "rspec", "--options", "spec/panics/.rspec", "spec/panics"
end
