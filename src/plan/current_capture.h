#pragma once

#include "cmzmake/report/output_capture.h"

namespace cmz {

// While it lives, make's own lines go to a job's output.
class CurrentCapture {
 public:
  CurrentCapture(OutputCapture* output, int capture) : output_(capture >= 0 ? output : nullptr) {
    if (output_) old_ = output_->current(), output_->set_current(capture);
  }
  ~CurrentCapture() {
    if (output_) output_->set_current(old_);
  }
  CurrentCapture(const CurrentCapture&) = delete;
  CurrentCapture& operator=(const CurrentCapture&) = delete;

 private:
  OutputCapture* output_;
  int old_ = -1;
};

}  // namespace cmz
