/* SPDX-License-Identifier: MIT */
/*
 * The module that speaks MPI, see ranks.h.
 */
#include <limits.h>
#include <stdlib.h>

#include <mpi.h>

#include "ranks.h"

extern const struct ranks_transport ranks_transport;

static bool mpi_start(int *rank, int *size)
{
	return MPI_Init(NULL, NULL) == MPI_SUCCESS &&
	       MPI_Comm_rank(MPI_COMM_WORLD, rank) == MPI_SUCCESS &&
	       MPI_Comm_size(MPI_COMM_WORLD, size) == MPI_SUCCESS;
}

/* An error ends the whole job: that is MPI's default. */
static void mpi_send(int to, const void *p, size_t n)
{
	if (n > INT_MAX)
		MPI_Abort(MPI_COMM_WORLD, 3);
	MPI_Send(p, (int)n, MPI_BYTE, to, 0, MPI_COMM_WORLD);
}

static int mpi_probe(size_t *n)
{
	MPI_Status status;
	int there = 0, count;

	MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
	if (!there)
		return -1;
	MPI_Get_count(&status, MPI_BYTE, &count);
	*n = (size_t)count;
	return status.MPI_SOURCE;
}

static void mpi_receive(int from, void *p, size_t n)
{
	MPI_Recv(p, (int)n, MPI_BYTE, from, 0, MPI_COMM_WORLD,
		 MPI_STATUS_IGNORE);
}

static void mpi_finish(void)
{
	MPI_Finalize();
}

const struct ranks_transport ranks_transport = {.start = mpi_start,
						.send = mpi_send,
						.probe = mpi_probe,
						.receive = mpi_receive,
						.finish = mpi_finish};
