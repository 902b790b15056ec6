package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TeamTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyMemberRunsOnceAndBarriersSeparate(int size) {
        int rounds = 200;
        int barriers = 5;
        try (var team = Team.of(size)) {
            assertEquals(size, team.size());
            int[] count = new int[size];
            var wrong = new AtomicInteger();
            for (int round = 0; round < rounds; round++) {
                int before = round * barriers;
                team.run((t, member) -> {
                    for (int b = 1; b <= barriers; b++) {
                        count[member]++;
                        t.barrier(member);
                        for (int other : count) {
                            if (other != before + b) {
                                wrong.incrementAndGet();
                            }
                        }
                        t.barrier(member);
                    }
                });
            }
            assertEquals(0, wrong.get());
            assertArrayEquals(Collections.nCopies(size, rounds * barriers).stream().mapToInt(Integer::intValue).toArray(), count);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void theFailureOfAnyMemberReachesTheCallerAndTheTeamGoesOn(int size) {
        try (var team = Team.of(size)) {
            for (int round = 0; round < 100; round++) {
                int failing = round % size;
                var failure = round % 2 == 0 ? new IllegalArgumentException("round " + round) : new StackOverflowError();
                var thrown = assertThrows(failure.getClass(), () -> team.run((t, member) -> {
                    t.barrier(member);
                    if (member == failing) {
                        switch (failure) {
                            case RuntimeException e -> throw e;
                            case Error e -> throw e;
                            default -> throw new AssertionError();
                        }
                    }
                    t.barrier(member);
                    t.barrier(member);
                }));
                assertSame(failure, thrown);
                var ran = new AtomicInteger();
                team.run((t, member) -> {
                    t.barrier(member);
                    ran.incrementAndGet();
                });
                assertEquals(size, ran.get());
            }
        }
    }

    @Test
    void allMembersMayFail() {
        try (var team = Team.of(4)) {
            for (int i = 0; i < 100; i++) {
                assertThrows(ArithmeticException.class, () -> team.run((t, member) -> {
                    throw new ArithmeticException("member " + member);
                }));
            }
        }
    }

    @Test
    void idleMembersPark() throws InterruptedException {
        try (var team = Team.of(3)) {
            var members = Collections.synchronizedList(new ArrayList<Thread>());
            team.run((t, member) -> members.add(Thread.currentThread()));
            members.remove(Thread.currentThread());
            assertEquals(2, members.size());
            for (var member : members) {
                assertTrue(member.isDaemon());
                while (member.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
            team.close();
            for (var member : members) {
                member.join();
            }
        }
    }

    @Test
    void aTeamServesOneThreadAtATime() throws InterruptedException {
        try (var team = Team.of(2)) {
            var inside = new CountDownLatch(2);
            var leave = new CountDownLatch(1);
            var first = new Thread(() -> team.run((t, member) -> {
                inside.countDown();
                await(leave);
            }));
            first.start();
            inside.await();
            assertThrows(IllegalStateException.class, () -> team.run((t, member) -> { }));
            leave.countDown();
            first.join();
            team.run((t, member) -> { });
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anInterruptedCallerFinishesAndStaysInterrupted() {
        try (var team = Team.of(2)) {
            var sum = new AtomicInteger();
            Thread.currentThread().interrupt();
            for (int i = 0; i < 50; i++) {
                team.run((t, member) -> {
                    t.barrier(member);
                    sum.addAndGet(member + 1);
                });
            }
            assertTrue(Thread.interrupted());
            assertEquals(150, sum.get());
        }
    }

    @Test
    void closedTeamsRefuseAndTheSingleTeamIsNeverClosed() {
        var team = Team.of(2);
        team.run((t, member) -> { });
        team.close();
        team.close();
        assertThrows(IllegalStateException.class, () -> team.run((t, member) -> { }));
        Team.single().close();
        assertFalse(Team.single().isClosed());
        Team.single().run((t, member) -> assertEquals(0, member));
        assertThrows(IllegalArgumentException.class, () -> Team.of(0));
    }
}
